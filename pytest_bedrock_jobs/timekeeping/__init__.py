"""Virtual time for threads and event loops; it knows neither botocore nor pytest."""
