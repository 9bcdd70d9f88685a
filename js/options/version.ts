/**
 * This package's version, as spans and requests name it. A constant, because a bundled app has no
 * package.json of ours to read; a test compares it with package.json.
 */
export const PACKAGE_VERSION = "0.1.0";
