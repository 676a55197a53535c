"""Mints an admin API key of a deployed stack, with the AWS credentials of whoever runs it."""

from lull import clock
from lull.use_cases import bootstrap

if __name__ == "__main__":
    print(bootstrap.first_api_key(at=clock.now()))
