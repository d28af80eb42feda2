"""A local HTTP API with Lambda behind it: routes from `serverless.yml`, functions in real `awslambdaric` processes.

    python -m infra.local.gateway --port 8000 --serverless serverless.yml --environment environment.json --root .

One asyncio process: uvicorn parses HTTP at the front and on the Runtime API that the functions poll.

    server.py ── routes.py ── events.py ── environments.py ── environment.py ── runtime_api.py
       │            │                                              └ awslambdaric
       │            └ serverless.py (YAML with CloudFormation tags and ${...} variables)
       ├ cors.py (what an HTTP API adds from provider.httpApi.cors)
       └ pages.py (the demo page, and the ingested pages that answers link to)
"""
