import { documentsDoWhatTheySay } from '../support/typed-documents.ts';

documentsDoWhatTheySay([
  { file: 'README.md', heading: 'Five minutes with the AWS CLI' },
  { file: 'docs/guides/partition-indexes.md' },
  { file: 'docs/guides/iceberg.md' },
  { file: 'docs/guides/encrypted-lake.md' },
]);
