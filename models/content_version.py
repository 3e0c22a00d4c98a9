"""Content as a product: every wording kept by its hash, approved by somebody who did not write it."""

import re
from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Index, String, select
from sqlalchemy.orm import Mapped, mapped_column

from models import evidence
from models.base import Base, BigKey
from models.content import Content
from models.media import MediaAsset
from models.plan import Actor, Refused
from models.work import Work
from rules import address, four_eyes
from rules.compliance import Verdict

KINDS = {"service": "服务", "education": "投教", "greeting": "问候", "marketing": "营销"}
CHANNELS = {"group": "客户群", "one_to_one": "一对一"}
LARGEST = 3600
"""Bytes of a body: WeCom takes 4,000 of a mass message (doc 92135); sender, way out and risk tip join it."""


CARRIED = (
    "body", "kind", "channel", "risk_tip", "image", "link_title", "link_desc", "link_url", "attachment", "mini_title",
    "mini_appid", "mini_page", "ai_made",
)  # fmt: skip
"""What a version is made of."""
TITLE, DESC, MINI_TITLE = 128, 512, 64
"""Bytes of a link's title and description, and of a mini-program's title (doc 92135)."""
APPID = re.compile(r"wx[0-9a-f]{16}")
PAGE = re.compile(r"[A-Za-z0-9/_.?=&%-]{1,400}")


class ContentVersion(Base):
    """A wording of a content as somebody saved it."""

    __tablename__ = "content_version"
    __table_args__ = (Index("ix_content_version_content", "content_id", "id"),)
    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    content_id: Mapped[str] = mapped_column(String(32))
    hash: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(String(4000))
    kind: Mapped[str] = mapped_column(String(16))
    risk_tip: Mapped[str] = mapped_column(String(16))
    image: Mapped[str] = mapped_column(String(64), default="", server_default="")
    link: Mapped[str] = mapped_column(String(1300), default="", server_default="")
    attachment: Mapped[str] = mapped_column(String(64), default="", server_default="")
    mini: Mapped[str] = mapped_column(String(600), default="", server_default="")
    by: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


def save(work: Work, content_id: str, values: Mapping[str, str], by: Actor) -> Content:
    """Keep a wording; it is not approved. Refused, naming the field, when a value cannot be."""
    _check(content_id, values, work)
    content = work.session.get(Content, content_id)
    if content is None:
        content = Content(id=content_id, type=values["type"] or "weekly", approved_hash="", approved_by="")
        work.session.add(content)
    if not _is(content, values):
        for name in CARRIED:
            setattr(content, name, values.get(name, ""))
        content.updated_at, content.approved_hash, content.approved_by = work.now, "", ""
        row = ContentVersion(
            content_id=content_id, hash=content.digest, body=content.body, kind=content.kind,
            risk_tip=content.risk_tip, image=content.image, link=_link(content), attachment=content.attachment,
            mini=_mini(content), by=by.name, at=work.now,
        )  # fmt: skip
        work.session.add(row)
        body = {
            "sha256": row.hash, "kind": content.kind, "risk_tip": content.risk_tip, "by": by.name,
            "image": content.image, "link": row.link, "attachment": content.attachment, "mini": row.mini,
        }  # fmt: skip
        evidence.record(work, "content_version", "", body, ref=f"content:{content_id}")
    work.session.flush()
    return content


def approve(work: Work, content: Content, seen: str, by: Actor) -> None:
    """A checker's yes to exactly the wording they saw (`seen`: its hash)."""
    newest = versions(work, content.id)
    if why := four_eyes.refusal(by, *(one.by for one in newest[:1])):
        raise Refused(why)
    if seen != content.digest:
        raise Refused("内容刚被改动，与您看到的不同：请重新查看后再批准")
    verdict = lint(work, content)
    if verdict.verdict == "block":
        found = next(one for one in verdict.findings if one.severity == "block")
        raise Refused(f"合规检查禁止发送“{found.text}”：{found.reason}（{found.basis}）")
    content.approved_hash, content.approved_by = seen, by.name
    body = {"sha256": seen, "by": by.name, "lint": verdict.verdict, "rules": [one.rule for one in verdict.findings]}
    evidence.record(work, "approved", "", body, ref=f"content:{content.id}")


def versions(work: Work, content_id: str) -> list[ContentVersion]:
    """All wordings, newest first; none for content as it was shipped."""
    chosen = select(ContentVersion).where(ContentVersion.content_id == content_id).order_by(ContentVersion.id.desc())
    return list(work.session.scalars(chosen))


def readable(work: Work, content: Content) -> str:
    """Everything of it a person can read: words, link, card, and what stands in the picture and in the PDF."""
    carried = [work.session.get(MediaAsset, one) for one in (content.image, content.attachment) if one]
    written = [one.words for one in carried if one is not None and one.words]
    parts = (content.body, content.link_title, content.link_desc, content.mini_title, *written)
    return "\n".join(one for one in parts if one)


def lint(work: Work, content: Content) -> Verdict:
    """The verdict on all that is readable."""
    return work.rules.lexicon.lint(readable(work, content), "out")


def _mini(content: Content) -> str:
    return f"{content.mini_title}\n{content.mini_appid}\n{content.mini_page}" if content.mini_appid else ""


def _link(content: Content) -> str:
    return f"{content.link_title}\n{content.link_desc}\n{content.link_url}" if content.link_url else ""


def _is(content: Content, values: Mapping[str, str]) -> bool:
    return all((getattr(content, name) or "") == values.get(name, "") for name in CARRIED)


def _check(content_id: str, values: Mapping[str, str], work: Work) -> None:
    if not content_id.isascii() or not content_id.replace("-", "").isalnum() or len(content_id) > 32:  # noqa: PLR2004 the column's size
        raise Refused(f"编号“{content_id}”只能用字母、数字和 -，最多 32 个字符")
    if values["kind"] not in KINDS or values["channel"] not in CHANNELS:
        raise Refused("请选择内容类别和渠道")
    if values.get("ai_made", "") not in ("", "1"):
        raise Refused("人工智能标识只有“含”与“不含”两种")
    if values["risk_tip"] not in ("none", *work.rules.risk_tips):
        raise Refused(f"没有风险提示“{values['risk_tip']}”")
    size = len(values["body"].encode())
    if not values["body"].strip():
        raise Refused("正文是空的")
    if size > LARGEST:
        raise Refused(f"正文 {size} 字节，最多 {LARGEST} 字节（企业微信群发限 4000 字节，须留出署名与风险提示）")
    _check_link(values, work)


def _check_link(values: Mapping[str, str], work: Work) -> None:
    title, desc, url = (values.get(name, "") for name in ("link_title", "link_desc", "link_url"))
    if bool(title) != bool(url):
        raise Refused("链接的标题和地址要一起填写")
    if len(title.encode()) > TITLE or len(desc.encode()) > DESC:
        raise Refused(f"链接标题最多 {TITLE} 字节、说明最多 {DESC} 字节（企业微信的上限）")
    if url and (why := address.fault(url)):
        raise Refused(why)
    _check_mini(values)
    if values.get("attachment") and work.session.get(MediaAsset, values["attachment"]) is None:
        raise Refused("没有这个附件：请重新上传")
    if values.get("image") and work.session.get(MediaAsset, values["image"]) is None:
        raise Refused("没有这张图片：请重新上传")


def _check_mini(values: Mapping[str, str]) -> None:
    title, appid, page = (values.get(name, "") for name in ("mini_title", "mini_appid", "mini_page"))
    if not (title or appid or page):
        return
    if not (title and appid and page and values.get("image")):
        raise Refused("小程序要一起填写标题、AppID 和页面，并上传一张封面图片（企业微信要求）")
    if len(title.encode()) > MINI_TITLE:
        raise Refused(f"小程序标题最多 {MINI_TITLE} 字节（企业微信的上限）")
    if not APPID.fullmatch(appid):
        raise Refused("小程序 AppID 应形如 wx 加 16 位小写十六进制；须是已关联到企业的小程序")
    if not PAGE.fullmatch(page):
        raise Refused("小程序页面只能用字母、数字和 / _ . ? = & % -，例如 pages/index?from=wecom")
