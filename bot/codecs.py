"""The callback codecs of the app and of the robot, from the settings."""

from config.settings import Settings
from gateways.wecom.codec import CallbackKey, Codec


def codec_of(settings: Settings) -> Codec:
    """The app's. ValueError names the setting that cannot be used."""
    key = CallbackKey(
        settings.WECOM_TOKEN.get_secret_value(), settings.WECOM_AES_KEY.get_secret_value(), settings.WECOM_CORP_ID
    )
    return Codec([key])


def aibot_codec_of(settings: Settings) -> Codec | None:
    """The robot's; None keeps its door closed. Its receive id is empty (doc 101033)."""
    token, key = settings.WECOM_AIBOT_TOKEN.get_secret_value(), settings.WECOM_AIBOT_AES_KEY.get_secret_value()
    return Codec([CallbackKey(token, key, "")]) if token and key else None
