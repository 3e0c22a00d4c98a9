"""Cleaning what people type before it is matched."""

import re
import unicodedata
from functools import lru_cache

MENTION = re.compile(r"@[^\s@,，:：]{1,24}[\s:：,，\u2005]?")
EMOJI = re.compile(r"\[[^\[\]]{1,8}\]")
NOT_WORD = re.compile(r"[^0-9a-z\u4e00-\u9fff]+")
FILLERS = re.compile(
    r"^(?:请问一下|我想问一下|想问一下|想咨询一下|咨询一下|请教一下|请问|你好|您好|哈喽|在吗|老师|那个|呃|嗯|麻烦问下|问一下|问下)+"
)
PLEAS = re.compile(r"(?<=..)(?:[啊呀呢哈哦]*(?:在线等|挺急的|很急|急急+|求解答|求助))+$")
"""How people press for an answer: no part of what they ask."""
TRADITIONAL = str.maketrans(
    "開戶銀證號碼費嗎麼個賬錢轉帳買賣幾點時間國債創業權風險測評級別還沒為什麼們這樣過應該單據機構電話關閉傭金繳稅賺虧損網絡聯繫專員實屬無條件選擇產品貨幣"
    "請問詢煩續凍結驗購贖漲資報積進紅獎學習換綁設讓對後現變認識導師頭臨營盤價額審復檔協議質類線視頻軟體鎖繼親雙擔維動場內與來會從給誰長門檻舉騙訴務處遲載裝錄",
    "开户银证号码费吗么个账钱转账买卖几点时间国债创业权风险测评级别还没为什么们这样过应该单据机构电话关闭佣金缴税赚亏损网络联系专员实属无条件选择产品货币"
    "请问询烦续冻结验购赎涨资报积进红奖学习换绑设让对后现变认识导师头临营盘价额审复档协议质类线视频软体锁继亲双担维动场内与来会从给谁长门槛举骗诉务处迟载装录",
)


@lru_cache(maxsize=4096)
def clean(text: str) -> str:
    """Simplified, lower-case, without mentions, stickers, punctuation and opening courtesies."""
    plain = unicodedata.normalize("NFKC", text[:500]).lower()
    plain = EMOJI.sub(" ", MENTION.sub(" ", plain)).translate(TRADITIONAL)
    return PLEAS.sub("", FILLERS.sub("", NOT_WORD.sub("", plain)))


def counts_as_interaction(text: str) -> bool:
    """Bare emoji, punctuation and pure numbers are not an interaction (alerts.yaml, rfm.definitions.F)."""
    plain = clean(text)
    return bool(plain) and not plain.isdigit()
