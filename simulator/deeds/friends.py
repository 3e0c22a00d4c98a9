"""Customers and employees getting to know each other (wecom-inbound 3.1)."""

from simulator.company import Customer
from simulator.deeds.base import Deeds
from simulator.state import Details

WELCOME_LIFE = 20


class Friends(Deeds):
    """Everybody, and who knows whom."""

    def hire(self, userid: str, name: str, *, servicer: bool = True) -> None:
        """An employee; `servicer`: also receives in 微信客服."""
        with self._company.lock:
            self._company.employees[userid] = name
            if servicer:
                self._company.kf_servicers[userid] = True

    def meet(self, name: str) -> str:
        """A new WeChat user; the external_userid."""
        customer_id = self._company.new_id("wmSIM0000000000000000")
        self._company.customers[customer_id] = Customer(customer_id, name)
        return customer_id

    def add_friend(self, customer_id: str, employee: str = "", state: str = "", via: str = "") -> str:
        """A customer adds an employee, by hand or through a 联系我 code (`via` = config_id with its state).

        Gives the welcome code WeCom made, "" where the two knew each other already. KeyError for an unknown
        customer, ValueError for a dead code or an unknown employee.
        """
        company = self._company
        with company.lock:
            employee, state = self._scanned(via) if via else (self._employee(employee), state)
            customer = company.customers[customer_id]
            knew = employee in customer.friends
            customer.left.discard(employee)
            customer.friends[employee] = state
            if not knew:
                customer.details[employee] = Details(int(company.clock()))
            code = "" if knew else company.new_id("WELCOME-")
            if code:
                company.welcome_codes[code] = (customer_id, employee, company.clock() + WELCOME_LIFE)
        fields: dict[str, object] = {"UserID": employee, "ExternalUserID": customer_id}
        fields |= {"State": state} if state else {}
        fields |= {"WelcomeCode": code} if code else {}
        self._event({"Event": "change_external_contact", "ChangeType": "add_external_contact", **fields})
        return code

    def _scanned(self, config_id: str) -> tuple[str, str]:
        """Who a code leads to: its users in turn."""
        way = self._company.ways.get(config_id)
        if way is None:
            raise ValueError("this code leads nowhere: the contact way was deleted")
        scans = way["scans"] = int(way.get("scans", 0)) + 1
        users = way.get("user") or [next(iter(self._company.employees))]
        return str(users[(scans - 1) % len(users)]), str(way.get("state") or "")

    def delete_advisor(self, customer_id: str, employee: str) -> None:
        """The customer deletes the employee: the one-way relation stays for the API."""
        self._company.customers[customer_id].left.add(employee)
        fields = {"UserID": employee, "ExternalUserID": customer_id}
        self._event({"Event": "change_external_contact", "ChangeType": "del_follow_user", **fields})

    def delete_customer(self, employee: str, customer_id: str) -> None:
        """The employee deletes the customer: calls for this pair now answer 84061."""
        with self._company.lock:
            customer = self._company.customers[customer_id]
            customer.friends.pop(employee, None)
            customer.details.pop(employee, None)
        fields = {"UserID": employee, "ExternalUserID": customer_id}
        self._event({"Event": "change_external_contact", "ChangeType": "del_external_contact", **fields})
