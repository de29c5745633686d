"""The HTTP interface, on Faust's own aiohttp server. It produces incidents and shows what became of them."""
