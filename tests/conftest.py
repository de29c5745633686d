"""Brokers shared by a whole test run."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from devtools.broker.broker import Broker
from devtools.broker.kafka import KafkaBroker, SecureKafka
from devtools.broker.kafka import missing as kafka_lacks
from devtools.broker.tansu import TansuBroker
from tests.needed import missing
from tests.product import EMBEDDED, Product


def require_kafka() -> None:
    """Skips where Apache Kafka cannot run; in CI that is a failure."""
    if (why := kafka_lacks()) is not None:
        missing(why)


@pytest.fixture(scope="session")
def embedded_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Tansu, for tests marked `embedded`. Shared: use topics of your own, do not kill it."""
    with TansuBroker(tmp_path_factory.mktemp("tansu")) as broker:
        yield broker


@pytest.fixture(scope="session")
def kafka_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """Apache Kafka, for tests marked `kafka`. Shared: use topics of your own, do not kill it."""
    require_kafka()
    with KafkaBroker(tmp_path_factory.mktemp("kafka")) as broker:
        yield broker


@pytest.fixture
def own_kafka(tmp_path: Path) -> Iterator[Broker]:
    """Apache Kafka for one test marked `kafka`, which may stop and kill it. Costs 3 s."""
    require_kafka()
    with KafkaBroker(tmp_path / "kafka") as broker:
        yield broker


@pytest.fixture(scope="session")
def secure_kafka(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SecureKafka]:
    """Apache Kafka with TLS, logins and access rules. Shared, with the topics of the product."""
    require_kafka()
    folder = tmp_path_factory.mktemp("secure")
    with SecureKafka(folder) as broker:
        Product(folder, broker.address).run("topics", "create")
        yield broker


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", marks=pytest.mark.kafka),
    ]
)
def any_broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the two in turn."""
    broker: Broker = request.getfixturevalue(f"{request.param}_broker")
    return broker


@pytest.fixture(
    params=[
        pytest.param("embedded", marks=pytest.mark.embedded),
        pytest.param("kafka", marks=pytest.mark.kafka),
    ]
)
def product(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Product]:
    """The product with a broker of its own, each of the two in turn, and all topics."""
    if request.param == "kafka":
        require_kafka()
    kind = KafkaBroker if request.param == "kafka" else TansuBroker
    settings = {} if request.param == "kafka" else EMBEDDED
    with kind(tmp_path / "broker") as broker:
        product = Product(tmp_path, broker.address, {"CLIPS_FOOTAGE__PATIENCE": "0s", **settings})
        product.run("topics", "create")
        yield product


@pytest.fixture
def embedded_product(tmp_path: Path) -> Iterator[Product]:
    """The product with an embedded broker of its own, and all topics."""
    with TansuBroker(tmp_path / "broker") as broker:
        product = Product(tmp_path, broker.address, {"CLIPS_FOOTAGE__PATIENCE": "0s", **EMBEDDED})
        product.run("topics", "create")
        yield product
