"""A program for test_streaming: a DataClient that says what it does, until it is killed."""
import sys

from microscope.clients import DataClient

client = DataClient(sys.argv[1])
client.set_client(client._client_uri)
print("registered", flush=True)
while True:
    client._buffer.get()
    print("frame", flush=True)
