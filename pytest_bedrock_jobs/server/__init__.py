"""The mock over HTTP/1.1 and HTTP/2, for other processes and other languages."""
