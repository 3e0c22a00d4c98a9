"""What people do with corp tags in the admin console and the client (wecom-inbound 3.1, 3.3)."""

from simulator.deeds.base import Deeds


class Tagging(Deeds):
    """Tags made and set by people; WeCom calls back for both."""

    def make_tag(self, group: str, name: str) -> str:
        """An administrator makes a corp tag; its id."""
        company = self._company
        with company.lock:
            tag_id = company.new_id("etTAG")
            same = [one for one in company.tags.values() if one["group_name"] == group]
            company.tags[tag_id] = {
                "id": tag_id, "name": name, "create_time": int(company.clock()), "order": 0, "group_order": 0,
                "group_id": same[0]["group_id"] if same else company.new_id("etGRP"), "group_name": group,
            }  # fmt: skip
        self._event({"Event": "change_external_tag", "ChangeType": "create", "TagType": "tag", "Id": tag_id})
        return tag_id

    def mark(self, customer_id: str, employee: str, tags: list[str]) -> None:
        """An employee's tags of a customer become exactly these."""
        with self._company.lock:
            self._company.customers[customer_id].about(employee).tags = list(tags)
        fields = {"UserID": employee, "ExternalUserID": customer_id}
        self._event({"Event": "change_external_contact", "ChangeType": "edit_external_contact", **fields})
