/** The keys of a bucket, as ListObjectsV2 answers them. */
export function keysOf(xml: string): string[] {
  return elements(xml, 'Contents').flatMap((one) => elements(one, 'Key').map(unescaped));
}

/** The versions of one key, as ListObjectVersions answers them: the newest first. */
export function versionsOf(xml: string, key: string): string[] {
  return elements(xml, 'Version')
    .filter((one) => elements(one, 'Key').map(unescaped).includes(key))
    .flatMap((one) => elements(one, 'VersionId').map(unescaped));
}

/** What stands in each element of a name; S3's lists have no attributes and do not nest an element in its like. */
function elements(xml: string, name: string): string[] {
  return xml
    .split(`<${name}>`)
    .slice(1)
    .map((rest) => rest.split(`</${name}>`, 1)[0] ?? '');
}

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescaped(text: string): string {
  return text.replace(/&(#x[0-9a-fA-F]+|#\d+|\w+);/g, (whole, entity: string) => {
    if (!entity.startsWith('#')) return NAMED[entity] ?? whole;
    const code = entity.startsWith('#x') ? Number.parseInt(entity.slice(2), 16) : Number(entity.slice(1));
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}
