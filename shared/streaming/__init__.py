"""A function that streams: the runtime loop that Lambda's Python lacks, around the same apps as everywhere.

Lambda's runtime client for Python hands over an answer only when it is whole. A function whose
`AWS_LAMBDA_EXEC_WRAPPER` is the script `bootstrap` beside this file starts `python -m shared.streaming` in its place
(https://docs.aws.amazon.com/lambda/latest/dg/runtimes-modify.html). That speaks the Runtime API itself, and sends each
part of an answer as soon as the app has it.
"""
