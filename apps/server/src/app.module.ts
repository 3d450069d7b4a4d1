import { Module } from '@nestjs/common';

/** Where Nest's providers come together. The AWS and operations doors are Fastify routes of server.ts. */
@Module({})
export class AppModule {}
