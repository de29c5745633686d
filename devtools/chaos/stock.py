"""The worker with Faust's own consumer and acks, for the proof that the check can fail.

Nothing else differs. Faust commits past events in flight (faust-streaming issue #606).
"""

from faust.transport.drivers.aiokafka import Consumer

from processors.watermark import Watermark
from streams.consumer import SafeTransport

PROGRAM = ("-m", "devtools.chaos.stock")
"""How it is started."""

if __name__ == "__main__":

    class StockConsumer(Consumer):  # type: ignore[misc] # Faust is untyped here
        """Counts for the flow control, and commits as Faust does."""

        watermark = Watermark()

    SafeTransport.Consumer = StockConsumer
    import faust_app

    faust_app.cli(["worker"])
