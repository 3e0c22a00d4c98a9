"""What people do in the pretend company; each deed fires the callbacks WeCom would fire."""

from simulator.deeds.friends import Friends
from simulator.deeds.groups import Groups
from simulator.deeds.kf import Kf
from simulator.deeds.live import Live
from simulator.deeds.moments import Moments
from simulator.deeds.staff import Staff
from simulator.deeds.tags import Tagging


class People(Friends, Groups, Kf, Live, Moments, Staff, Tagging):
    """The community and the staff. Each deed returns what WeCom shows that person."""
