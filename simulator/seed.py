"""A sample community: four groups, two hundred members, three advisors, one operator."""

from dataclasses import dataclass

from simulator.company import Company
from simulator.people import People
from simulator.state import Details

SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏陶姜"
GIVEN = ("阿姨", "叔叔", "老师", "同学", "先生", "女士", "小姐姐", "哥", "大爷", "妈妈")
ADVISORS = {"adv01": "林顾问", "adv02": "苏顾问", "adv03": "陆顾问"}
OPERATOR = ("op01", "运营小王")
GROUPS = ("投教交流一群", "投教交流二群", "新手学堂", "周三直播群")
DAY = 86400
EVERY = 4
"""Each fourth member is a friend of an advisor already."""


@dataclass(frozen=True, slots=True)
class Community:
    """Who there is."""

    members: tuple[str, ...]
    groups: tuple[str, ...]


def settle(company: Company, people: People, size: int = 200) -> Community:
    """Everybody moves in; members fire no callbacks, being there already. Advisors receive in 微信客服."""
    for userid, name in ADVISORS.items():
        people.hire(userid, name)
    people.hire(*OPERATOR, servicer=False)
    groups = tuple(people.found_group(name, OPERATOR[0]) for name in GROUPS)
    company.webhook_keys["sim-robot-key"] = "值班群"
    members = []
    for number in range(size):
        member = people.meet(_name(number))
        members.append(member)
        joined = company.clock() - DAY * (number % 60)
        company.groups[groups[number % len(groups)]].members[member] = (joined, "")
        if number % EVERY == 0:
            advisor = list(ADVISORS)[number // EVERY % len(ADVISORS)]
            company.customers[member].friends[advisor] = ""
            company.customers[member].details[advisor] = Details(int(joined))
    return Community(tuple(members), groups)


def _name(number: int) -> str:
    surname = SURNAMES[number % len(SURNAMES)]
    round_, given = divmod(number // len(SURNAMES), len(GIVEN))
    return f"{surname}{GIVEN[given]}{round_ or ''}"
