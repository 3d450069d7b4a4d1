// The bench runs TypeScript as it is; the one file with decorators is taken from the server's build.
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, next) {
    const resolved = next(specifier, context);
    const inSource = /apps\/server\/src\/(.*)\.ts$/;
    return inSource.test(resolved.url)
      ? { ...resolved, url: resolved.url.replace(inSource, 'apps/server/dist/$1.js'), format: 'module' }
      : resolved;
  },
});
