import json

import pytest

import retention as rt
from retention.ingest.answers import parse_mapping

STRANGE = (
    "Nr;Kiedy;Kto;Co;Ile;Za ile\n1;03.04.2025;a@example.com;Lampa;2;1.234\n2;04.04.2025;b@example.com;Kubek;1;2.345\n"
)
FIELDS = {
    "order_id": "Nr",
    "ordered_at": "Kiedy",
    "email": "Kto",
    "product": "Co",
    "quantity": "Ile",
    "unit_price": "Za ile",
}


def saved(**answers):
    return rt.mapping_file(tuple(STRANGE.partition("\n")[0].split(";")), FIELDS, **answers)


def nets(shop):
    return shop.frame(shop.orders)["net"].tolist()


def test_a_saved_mapping_names_columns_and_answers_and_nothing_of_the_data():
    entry = saved(decimal=",", date_order="")
    assert entry == {
        "kind": "retention-mapping", "header": "64a93e6207ac7cf3", "columns": ["Nr", "Kiedy", "Kto", "Co", "Ile", "Za ile"],
        "fields": FIELDS, "decimal": ",",
    }  # fmt: skip


def test_a_file_is_read_with_what_was_saved_for_its_header(tmp_path):
    path = tmp_path / "mapping.json"
    path.write_text(json.dumps(saved(decimal=".", currency="PLN")), encoding="utf-8")
    for mapping in (path, str(path), saved(decimal=".", currency="PLN"), [path, {"category": ""}]):
        shop = rt.read_orders(STRANGE.encode(), mapping=mapping)
        assert (nets(shop), shop.currency) == ([247, 235], "PLN")


def test_what_is_said_now_wins_over_what_was_saved():
    assert nets(rt.read_orders(STRANGE.encode(), mapping=saved(decimal="."), decimal=",")) == [246_800, 234_500]


def test_a_file_with_another_header_is_not_touched():
    plain = b"order,date,email,price\n1,2025-01-31,a@example.com,5\n"
    assert nets(rt.read_orders(plain, mapping=saved(decimal=","))) == [500]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "{}",
        '{"kind": "retention-mapping"}',
        '{"kind": "retention-mapping", "header": "x", "fields": [1]}',
    ],
)
def test_any_other_file_is_refused_in_words(text):
    with pytest.raises(
        rt.FileError, match=r"notes\.json is not a saved column choice\. Save it again on the Data screen\."
    ):
        parse_mapping(text, "notes.json")


def test_a_mapping_file_that_is_not_there():
    with pytest.raises(rt.FileError, match=r"There is no file nowhere\.json"):
        rt.read_orders(STRANGE.encode(), mapping="nowhere.json")
    with pytest.raises(rt.OptionError, match="mapping=7 is not possible"):
        rt.read_orders(STRANGE.encode(), mapping=7)
