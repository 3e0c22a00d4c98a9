"""A product opened for one command, on the settings of this folder."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import OperationalError

from commands.product import Product, build_product
from commands.say import fail
from config import settings as settings_module
from config.settings import Settings, SettingsError
from models import schema
from models.work import Clock, utc_now


def local_settings() -> Settings:
    """Settings from environment and `.env`; on one machine the keys made by `make run` serve too. Exit 2 on faults."""
    env = settings_module.environment()
    try:
        if not env.get("BOT_DATA_KEY") or not env.get("BOT_SECRET_KEY"):
            env = {**settings_module.secrets_in(settings_module.var_of(env)), **{k: v for k, v in env.items() if v}}
        return settings_module.load(env)
    except SettingsError as error:
        fail(f"设置有误：\n{error}")


def ready(settings: Settings, clock: Clock = utc_now) -> Product:
    """The product, its schema at head. Ends the process with a word when there is no database."""
    try:
        product = build_product(settings, clock=clock)
        schema.migrate(product.db.engine)
    except (OperationalError, OSError) as error:
        fail(f"数据库无法使用（{type(error).__name__}）：检查 DATABASE_URL 与数据库服务，或运行 run.py doctor")
    return product


@contextmanager
def opened() -> Iterator[Product]:
    """The product, its schema at head, closed afterwards."""
    product = ready(local_settings())
    try:
        yield product
    finally:
        product.close()
