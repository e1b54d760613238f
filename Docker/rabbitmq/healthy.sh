#!/bin/bash
# Well, if the node answers HTTP on its metrics port, which opens after users and queues are there. rabbitmq-diagnostics would
# start an Erlang machine each time, for a second of CPU.
set -euo pipefail
exec 3<>/dev/tcp/127.0.0.1/15692
printf 'HEAD / HTTP/1.0\r\n\r\n' >&3
read -r -t 8 answer <&3
[[ $answer == HTTP/* ]]
