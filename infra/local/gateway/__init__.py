"""A local HTTP API with Lambda behind it: routes from `serverless.yml`, functions in real `awslambdaric` processes.

    python -m infra.local.gateway --port 8000 --serverless serverless.yml --environment environment.json --root .

One asyncio process: uvicorn parses HTTP at the front and on the Runtime API that the functions poll.

    server.py        the front: limits, error messages, start and stop
    serverless.py    reads serverless.yml
    routes.py        which function a request belongs to
    cors.py          what an HTTP API adds from provider.httpApi.cors
    events.py        HTTP request -> event, result -> HTTP response
    environments.py  how many processes there are, and who gets one
    environment.py   one `awslambdaric` process
    invocation.py    one event on its way to a process
    event_sources.py queues whose messages go to functions
    runtime_api.py   what the processes call
    logs.py          what they print, and a REPORT line for each invocation
    pages.py         the demo page, and the ingested pages that answers link to
"""
