// Who may import whom. Each rule has a planted violation in apps/cli/src/check/boundaries.test.ts that it must report.

const test = '\\.(test|fixture)\\.tsx?$';
const kinds = '(stages|strategies|clouds|triggers|notifications|artifacts|metric-stores)';
const pureLibs = '(engine|expressions|canary-judge|access)';
const testOnlyLibs = '^libs/(fixtures|testing)/';
const nest = 'node_modules/@nestjs/';

export default {
  forbidden: [
    {
      name: 'contracts-need-zod-alone',
      comment: 'Contracts are shared with browsers and users: zod and nothing else.',
      from: { path: '^libs/contracts/', pathNot: test },
      to: { pathNot: ['^libs/contracts/', 'node_modules/zod/'] },
    },
    {
      name: 'client-and-sdk-need-contracts-alone',
      comment: 'The client and the extension SDK know the contracts only; both also run where there is no Node.',
      from: { path: '^libs/(client|extension-sdk)/', pathNot: test },
      to: { pathNot: ['^libs/$1/', '^libs/contracts/', 'node_modules/zod/'] },
    },
    {
      name: 'pure-libs-know-no-io',
      comment: 'What decides has no I/O: no Node modules, no Nest, no BullMQ, no Prisma, no other libraries of ours.',
      from: { path: `^libs/${pureLibs}/`, pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'pure-libs-know-no-shell',
      comment: 'What decides knows the extension SDK and the contracts, not what carries its effects out.',
      from: { path: `^libs/${pureLibs}/`, pathNot: test },
      to: {
        path: ['^(libs|apps)/', 'node_modules/(@nestjs|bullmq|@prisma|prisma|pg|ioredis|undici|fastify)(/|$)'],
        pathNot: ['^libs/$1/', '^libs/(extension-sdk|contracts)/'],
      },
    },
    {
      name: 'extension-stands-alone',
      comment:
        'An extension sees itself, the SDK, the contracts and npm packages; never another extension or the inside.',
      from: { path: `^libs/${kinds}/([^/]+)/`, pathNot: [test, '/ui\\.tsx$'] },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/$1/$2/', '^libs/(extension-sdk|contracts)/'] },
    },
    {
      name: 'extension-form-knows-its-schema',
      comment: 'A form reaches the browser: its own schema, libs/ui, contracts and React packages.',
      from: { path: `^libs/${kinds}/([^/]+)/ui\\.tsx$` },
      to: { path: '^(libs|apps)/', pathNot: ['^libs/$1/$2/(schema|ui)[^/]*$', '^libs/(ui|contracts)/'] },
    },
    {
      name: 'extension-schema-is-browser-safe',
      comment: 'A schema reaches the browser: contracts and zod.',
      from: { path: `^libs/${kinds}/([^/]+)/schema\\.ts$` },
      to: { pathNot: ['^libs/contracts/', 'node_modules/zod/', '^libs/$1/$2/schema[^/]*\\.ts$'] },
    },
    {
      name: 'libs-know-no-apps',
      comment: 'A library never imports an application.',
      from: { path: '^libs/', pathNot: test },
      to: { path: '^apps/' },
    },
    {
      name: 'service-and-store-know-no-extension',
      comment: 'What every service is made of knows neither extensions nor the UI.',
      from: { path: '^libs/(service|store|runner)/', pathNot: test },
      to: { path: [`^libs/${kinds}/`, '^libs/ui/'] },
    },
    {
      name: 'apps-talk-over-http',
      comment: 'Services reach each other through contracts and HTTP, never by import.',
      from: { path: '^apps/(?!cli/|demo/|e2e/|trials/)([^/]+)/', pathNot: test },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'cli-starts-modules-alone',
      comment: "The command line imports each app's module file and nothing else of it.",
      from: { path: '^apps/cli/', pathNot: test },
      to: { path: '^apps/', pathNot: ['^apps/cli/', '^apps/[^/]+/src/module\\.ts$'] },
    },
    {
      name: 'nest-at-the-edge',
      comment:
        "Nest is used in libs/service and in an app's main.ts, module.ts and http.ts; the bench has an empty one to measure.",
      from: {
        path: '^(libs|apps)/',
        pathNot: ['^libs/service/', '^apps/[^/]+/src/(main|module|http)\\.ts$', '^apps/trials/src/empty-nest/', test],
      },
      to: { path: nest },
    },
    {
      name: 'browser-code-stays-in-the-browser',
      comment: 'Deck and the UI blocks see contracts, client, UI and the forms of extensions; no Node, no services.',
      from: { path: '^(apps/deck/src/web|libs/ui)/', pathNot: test },
      to: {
        path: ['^(libs|apps)/'],
        pathNot: ['^apps/deck/src/web/', '^libs/(ui|client|contracts)/', `^libs/${kinds}/ui\\.ts$`],
      },
    },
    {
      name: 'browser-has-no-node',
      comment: 'Node modules do not exist in a browser.',
      from: { path: ['^(apps/deck/src/web|libs/ui|libs/contracts|libs/client)/', '/ui\\.tsx$'], pathNot: test },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'fixtures-are-for-tests',
      comment: 'Fixtures and testing help tests, trials and end-to-end programs; a running system must not need them.',
      from: { path: '^(libs|apps)/', pathNot: [test, testOnlyLibs, '^apps/(e2e|trials|cli/src/check)/'] },
      to: { path: testOnlyLibs },
    },
    {
      name: 'no-cycles',
      comment: 'No file needs itself at run time; types may refer to each other.',
      from: { path: '^(libs|apps)/' },
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
  ],
  options: {
    parser: 'swc',
    tsPreCompilationDeps: 'specify',
    exclude: { path: ['libs/store/src/generated/', '/dist/'] },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
      extensions: ['.ts', '.tsx', '.mjs', '.js', '.json'],
    },
  },
};
