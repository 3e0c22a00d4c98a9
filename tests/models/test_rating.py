"""The product rating list: what a text speaks of, on both databases."""

from models import rating
from rules.standings import ProductRow
from tests.world import World

ROWS = [
    ProductRow(code="512345", name="星辰科技龙头混合", risk="R4"),
    ProductRow(code="GC0001", name="安心国债逆回购", risk="R1"),
]


def test_products_are_found_by_name_and_by_code_the_riskiest_first(world: World) -> None:
    with world.product.db.work() as work:
        rating.replace(work, ROWS, "清单.csv")
    with world.product.db.read() as session:
        both = rating.mentioned(session, "安心国债逆回购和512345哪个好")
        assert [one.code for one in both] == ["512345", "GC0001"]
        assert [one.code for one in rating.mentioned(session, "买gc0001吗")] == ["GC0001"]
        assert rating.mentioned(session, "单号1512345678 100%星辰") == []
