import type { ChangeAwareCache, Database } from '@lakewarden/storage';
import type { FastifyInstance } from 'fastify';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

import type { Admission } from '../../admission/admission.ts';

export interface Metrics {
  readonly registry: Registry;
  readonly requests: Histogram<'door' | 'operation' | 'code'>;
  readonly jobs: Histogram<'job' | 'outcome'>;
  readonly trimmed: Counter<'what'>;
}

export function createMetrics(cache: ChangeAwareCache, database: Database, admission: Admission): Metrics {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  const requests = new Histogram({
    name: 'lakewarden_request_seconds',
    help: 'Requests by door, operation and outcome.',
    labelNames: ['door', 'operation', 'code'] as const,
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers: [registry],
  });
  const jobs = new Histogram({
    name: 'lakewarden_job_seconds',
    help: 'Background jobs, index builds among them, by kind and outcome.',
    labelNames: ['job', 'outcome'] as const,
    buckets: [0.1, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 1800],
    registers: [registry],
  });
  const trimmed = new Counter({
    name: 'lakewarden_trimmed_total',
    help: 'Rows deleted because they are kept no longer, by what they were.',
    labelNames: ['what'] as const,
    registers: [registry],
  });
  for (const [name, help, read] of [
    ['lakewarden_cache_hits_total', 'Reads answered from memory.', () => cache.hits],
    ['lakewarden_cache_misses_total', 'Reads that went to the database.', () => cache.misses],
    ['lakewarden_database_statements_total', 'Statements answered.', () => database.statements.count],
    ['lakewarden_database_seconds_total', 'Time spent waiting for them.', () => database.statements.seconds],
    ['lakewarden_database_waiting', 'Waiting for a connection now.', () => database.pool.waitingCount],
    ['lakewarden_connections', 'Open client connections.', () => admission.connections],
    ['lakewarden_requests_in_flight', 'Requests being worked on now.', () => admission.inFlight],
    ['lakewarden_requests_refused_total', 'Turned away for overload.', () => admission.refused],
  ] as const) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read());
      },
    });
  }
  return { registry, requests, jobs, trimmed };
}

const LOOPBACK = new Set(['127.0.0.1', '::1', '::ffff:127.0.0.1']);

/** Health for orchestrators; metrics for who asks from this machine. */
export function registerOperationsDoor(
  fastify: FastifyInstance,
  { database, metrics, isDraining }: { database: Database; metrics: Metrics; isDraining: () => boolean },
): void {
  const always = { config: { isAlwaysAdmitted: true } };
  fastify.get('/healthz', always, () => ({ status: 'ok' }));
  fastify.get('/readyz', always, async (_request, reply) => {
    if (isDraining()) return reply.code(503).send({ status: 'draining' });
    try {
      await database.pool.query('SELECT 1');
      return await reply.send({ status: 'ready' });
    } catch {
      return reply.code(503).send({ status: 'database unreachable' });
    }
  });
  fastify.get('/metrics', always, async (request, reply) => {
    if (!LOOPBACK.has(request.ip)) return reply.code(404).send({ status: 'not found' });
    return reply.header('content-type', metrics.registry.contentType).send(await metrics.registry.metrics());
  });
}
