import { documentsDoWhatTheySay } from '../support/typed-documents.ts';

documentsDoWhatTheySay([
  { file: 'docs/guides/secure-lake.md' },
  { file: 'docs/guides/iam-only.md' },
  { file: 'docs/guides/hybrid-access.md' },
  { file: 'docs/guides/simulate-policies.md' },
  { file: 'docs/guides/data-cells-filters.md' },
  { file: 'docs/guides/lf-tags.md' },
]);
