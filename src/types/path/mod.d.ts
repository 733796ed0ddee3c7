// The part of @std/path that Parley uses; npm:deno-std carries no types of its own.
export declare function basename(path: string | URL, suffix?: string): string;
export declare function dirname(path: string | URL): string;
export declare function fromFileUrl(url: string | URL): string;
export declare function isAbsolute(path: string): boolean;
export declare function join(path: string | URL, ...paths: string[]): string;
export declare function relative(from: string, to: string): string;
export declare function resolve(...pathSegments: string[]): string;
