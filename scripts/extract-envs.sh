#!/bin/sh
# Makes the environments that scripts/extract-tests.json names: sh scripts/extract-envs.sh <folder>, then ENVS=<folder>.
# python2.7, python3.7, python3.9 and python3.11 must be there; the tests of Go need a GOPATH with the packages of the distribution.
set -eu
folder=$1
mkdir -p "$folder"
python3.11 -m venv "$folder/tool"
# The last one that makes environments of Python 2.7.
"$folder/tool/bin/pip" -q install 'virtualenv==20.21.1'

environment() {
  python=$1 name=$2
  shift 2
  "$folder/tool/bin/virtualenv" -q -p "$python" "$folder/$name"
  "$folder/$name/bin/pip" -q install "$@"
}

environment python2.7 click27 'pytest<5'
environment python2.7 flask16 'pytest<5' 'Werkzeug==0.11.10' 'Jinja2==2.8' 'itsdangerous==0.24' 'click==6.6' 'MarkupSafe<1' blinker
environment python2.7 flask13 'pytest<5' 'Werkzeug==0.9.4' 'Jinja2==2.7' 'itsdangerous==0.23' 'MarkupSafe<1'
environment python2.7 flask10 'Werkzeug==0.6.2' 'Jinja2==2.4' 'blinker==1.1'
environment python2.7 werk11 'pytest<5' 'Jinja2==2.4' lxml simplejson nose
environment python2.7 req14 'pytest<5' 'httpbin==0.7.0' 'Werkzeug<1' 'Flask<1.1' 'pytest-httpbin<1'
environment python3.9 werk21 'pytest<7' pytest-timeout pytest-xprocess ephemeral-port-reserve 'watchdog<3'
environment python3.11 flask26 'pytest<9' werkzeug jinja2 itsdangerous click blinker asgiref
environment python3.7 star18 'pytest<5' requests aiofiles jinja2 python-multipart pyyaml 'graphene==2.1.3' itsdangerous ujson 'databases<0.3' websockets
environment python3.9 black22 'pytest<7' 'click==8.0.3' platformdirs 'pathspec==0.9.0' mypy_extensions tomli typing_extensions aiohttp parameterized
environment python3.7 black18 'pytest<6' 'click==6.7' attrs appdirs toml 'aiohttp<3.7'
