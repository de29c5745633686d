"""What developers run beside the product: brokers, a camera, the demo. Never imported by it."""
