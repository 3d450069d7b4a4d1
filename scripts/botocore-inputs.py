"""Writes test/fixtures/botocore-inputs.json: the input shapes of the services that Lakewarden speaks, from botocore's
service models (https://github.com/boto/botocore, botocore/data/*/*/service-2.json, Apache License 2.0), without their
documentation, outputs and errors. Run with a Python that has botocore: `python3 scripts/botocore-inputs.py`.
"""

import json
import re

import botocore
import botocore.session

SERVICES = {
    # Glue has some 270 operations; those of ETL jobs, ML and data quality will never be offered.
    'glue': re.compile(r'Catalog|Database|Table|Partition|Function|ColumnStatistics|Schema|Registr|Crawler|Classifier'
                       r'|ResourcePolic|Tag|Connection|Entity'),
    'lakeformation': re.compile('.'),
    'iam': re.compile(r'User|Group|Role|Polic|AccessKey|SAML|OpenID|Account|Tag|LoginProfile|Simulate'),
    'sts': re.compile('.'),
    'ram': re.compile('.'),
    'athena': re.compile(r'Quer|WorkGroup|Catalog|Database|Table|Prepared|Tag'),
    'redshift': re.compile(r'^DescribeClusters$|Credentials|DataShare'),
}
KEPT = ('type', 'required', 'min', 'max', 'enum', 'flattened', 'union')


def trimmed(shape):
    kept = {name: shape[name] for name in KEPT if name in shape}
    if 'members' in shape:
        kept['members'] = {
            name: {key: ref[key] for key in ('shape', 'location', 'locationName') if key in ref}
            for name, ref in shape['members'].items()
        }
    for part in ('member', 'key', 'value'):
        if part in shape:
            kept[part] = {key: shape[part][key] for key in ('shape', 'locationName') if key in shape[part]}
    return kept


def reach(shapes, name, found):
    if name in found:
        return
    found[name] = trimmed(shapes[name])
    for ref in list(shapes[name].get('members', {}).values()) + [
            shapes[name][part] for part in ('member', 'key', 'value') if part in shapes[name]]:
        reach(shapes, ref['shape'], found)


loader = botocore.session.get_session().get_component('data_loader')
services = {}
for service, wanted in SERVICES.items():
    model = loader.load_service_model(service, 'service-2')
    operations, shapes = {}, {}
    for name, operation in sorted(model['operations'].items()):
        if not wanted.search(name):
            continue
        entry = {'method': operation['http']['method'], 'uri': operation['http']['requestUri']}
        if 'input' in operation:
            entry['input'] = operation['input']['shape']
            reach(model['shapes'], entry['input'], shapes)
        operations[name] = entry
    metadata = model['metadata']
    services[service] = {
        'protocol': metadata['protocol'],
        'version': metadata['apiVersion'],
        'targetPrefix': metadata.get('targetPrefix', ''),
        'signingName': metadata.get('signingName', metadata['endpointPrefix']),
        'operations': operations,
        'shapes': dict(sorted(shapes.items())),
    }
document = {
    'source': f'botocore {botocore.__version__}, https://github.com/boto/botocore',
    'licence': 'Apache License 2.0. Copyright 2012-2026 Amazon.com, Inc. or its affiliates',
    'note': 'Trimmed to the shapes of inputs by scripts/botocore-inputs.py',
    'services': services,
}
with open('test/fixtures/botocore-inputs.json', 'w') as file:
    json.dump(document, file, separators=(',', ':'))
    file.write('\n')
