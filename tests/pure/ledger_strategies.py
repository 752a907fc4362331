"""What a receivable can look like, for the property tests."""

from datetime import date
from decimal import Decimal

from hypothesis import strategies as st

amounts = st.decimals(Decimal("0.01"), Decimal("9999999.99"), places=2)
signed_amounts = st.decimals(Decimal("-99999.99"), Decimal("99999.99"), places=2)
days = st.integers(-120, 500)
dates = st.dates(date(2015, 1, 1), date(2035, 12, 31))
items = st.lists(st.tuples(amounts, days), min_size=1, max_size=30)
bounds = st.lists(st.integers(1, 400), min_size=1, max_size=6, unique=True).map(sorted)
payments = st.lists(st.tuples(dates, amounts), max_size=8)
