"""What the API takes: bodies checked by pydantic, and their descriptions for the OpenAPI page."""

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9_.:-]+$")]
MOST = 1000
"""Rows of one call."""


class Body(BaseModel):
    """Unknown fields are refused: a misspelt one would be lost silently."""

    model_config = ConfigDict(extra="forbid")


class Trading(Body):
    """交易汇总的一行，金额为元。"""

    member_id: Id
    as_of: date
    daily_assets: float = Field(ge=-1e13, le=1e13, allow_inf_nan=False)
    fees_90d: float | None = Field(default=None, ge=0, le=1e13, allow_inf_nan=False)
    products: int | None = Field(default=None, ge=0, le=100_000)
    trades_90d: int | None = Field(default=None, ge=0, le=10_000_000)
    consent_at: datetime | None = Field(default=None, description="客户在公司系统里单独同意的时间")
    consent_wording: str = Field(default="", max_length=32)


class Tradings(Body):
    """一批交易汇总；有一行不对则整批拒绝。"""

    source: str = Field(min_length=1, max_length=80)
    rows: list[Trading] = Field(min_length=1, max_length=MOST)


class Milestone(Body):
    """成员到达的里程碑。TESTED（测评）与 OPENED（开户）只作记录，除非审批人与管理员共同打开开关，不产生奖励。"""

    ref: Id = Field(description="贵司系统里这件事的编号，同一编号只算一次", max_length=60)
    member_id: Id
    milestone: Literal["TESTED", "OPENED", "LEARNED", "LIVE", "QUIZ", "WELCOME7"]
    at: AwareDatetime
    device: str = Field(default="", max_length=64, description="设备标识，只保存加盐哈希，用于反作弊")
    phone: str = Field(default="", max_length=64, description="手机号，只保存加盐哈希，用于反作弊")


class Milestones(Body):
    """一批里程碑；有一行不对则整批拒绝。"""

    rows: list[Milestone] = Field(min_length=1, max_length=MOST)


class Standing(Body):
    """一位成员在公司适当性系统里的结果：只有等级与有效期，没有逐题答案。"""

    member_id: Id
    level: Literal["C1", "C2", "C3", "C4", "C5"]
    lowest: bool = Field(default=False, description="风险承受能力最低类别")
    professional: bool = Field(default=False, description="经认定的专业投资者")
    expires_on: date
    source_ref: str = Field(min_length=1, max_length=64, description="测评单号")


class Standings(Body):
    """一批测评结果；有一行不对则整批拒绝。"""

    source: str = Field(min_length=1, max_length=80)
    rows: list[Standing] = Field(min_length=1, max_length=MOST)


class ContentBody(Body):
    """待审批内容：经另一人在控制台批准后才能推送。"""

    body: str = Field(min_length=1, max_length=3600)
    kind: Literal["service", "education", "greeting", "marketing"]
    channel: Literal["group", "one_to_one"]
    type: str = Field(default="weekly", max_length=24, pattern=r"^[a-z_]+$")
    risk_tip: str = Field(default="none", max_length=16)
