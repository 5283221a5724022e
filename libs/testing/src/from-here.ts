import { registerHooks } from 'node:module';

/** Tests anywhere on the machine find `@gennaker/testing` in this installation, whose engine they run on. */
registerHooks({
  resolve: (specifier, context, next) =>
    specifier.startsWith('@gennaker/')
      ? next(specifier, { ...context, parentURL: import.meta.url })
      : next(specifier, context),
});
