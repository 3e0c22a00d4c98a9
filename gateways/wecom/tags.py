"""Corp tags (docs 92117, 92118): per employee and customer, at most 3,000 in a corp."""

from collections.abc import Sequence

from gateways.wecom.session import Session, family
from gateways.wecom.types import TagGroup


@family
class Tags:
    """The externalcontact calls about corp tags."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> tuple[TagGroup, ...]:
        """All tag groups."""
        data = self._session.call("externalcontact/get_corp_tag_list", {})
        return tuple(
            TagGroup(
                str(one["group_id"]),
                str(one["group_name"]),
                tuple((str(t["id"]), str(t["name"])) for t in one.get("tag") or ()),
            )
            for one in data.get("tag_group") or ()
        )

    def add(self, group: str, names: Sequence[str]) -> TagGroup:
        """Add tags to a group by its name; the group is made where it does not exist."""
        body = {"group_name": group, "tag": [{"name": name} for name in names]}
        one = self._session.call("externalcontact/add_corp_tag", body)["tag_group"]
        tags = tuple((str(t["id"]), str(t["name"])) for t in one.get("tag") or ())
        return TagGroup(str(one["group_id"]), str(one["group_name"]), tags)

    def mark(self, userid: str, customer_id: str, add: Sequence[str] = (), remove: Sequence[str] = ()) -> None:
        """Set and unset tags of one relation; 84061 when there is none."""
        body: dict[str, object] = {"userid": userid, "external_userid": customer_id}
        body |= {"add_tag": [*add]} if add else {}
        body |= {"remove_tag": [*remove]} if remove else {}
        self._session.call("externalcontact/mark_tag", body)
