/** Small logos of each kind, 40 × 10: what drawing programs and browsers write, without their colour profiles. */
export const PICTURES = {
  png: Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAACgAAAAKCAIAAABJ+IsHAAAAGUlEQVR42mNgED84MGjU4lGLRy0etZhcBAChTlGQYzg9oQAAAABJRU5ErkJggg==',
    'base64',
  ),
  jpg: Buffer.from(
    '/9j/4AAQSkZJRgABAQAAAQABAAD/2wBDABALDA4MChAODQ4SERATGCgaGBYWGDEjJR0oOjM9PDkzODdASFxOQERXRTc4UG1RV19iZ2hnPk1xeXBkeFxlZ2P/2wBDARESEhgVGC8aGi9jQjhCY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2NjY2P/wAARCAAKACgDASIAAhEBAxEB/8QAFQABAQAAAAAAAAAAAAAAAAAAAAb/xAAUEAEAAAAAAAAAAAAAAAAAAAAA/8QAFgEBAQEAAAAAAAAAAAAAAAAAAAQG/8QAFBEBAAAAAAAAAAAAAAAAAAAAAP/aAAwDAQACEQMRAD8AkQGqRgAAAP/Z',
    'base64',
  ),
  'lossy webp': Buffer.from(
    'UklGRkQAAABXRUJQVlA4IDgAAADwAgCdASooAAoAPtFeqE6oJSOiKqgBABoJYwDG9B3V/AD+8DhD/43j/Xd/lFwXeqqevv6UZ2AAAA==',
    'base64',
  ),
  'lossless webp': Buffer.from('UklGRhwAAABXRUJQVlA4TBAAAAAvJ0ACAAfQi2hw/wMR0f8A', 'base64'),
  'webp that can be seen through': Buffer.from(
    'UklGRn4AAABXRUJQVlA4WAoAAAAQAAAAJwAACQAAQUxQSBQAAAABDzD/ERFCSED4v9YD3YKI/gdYM1ZQOCBEAAAAUAMAnQEqKAAKAD7NUKJLp6SjIbVYCADwGYljAMs9/+CGLQAA/vd6EPepP7ybP7wb/9EPhzexODfvE0cxTIhGrJUguAA=',
    'base64',
  ),
  svg: Buffer.from(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 10"><style>.a{fill:#0017c1}</style><rect class="a" width="40" height="10"/></svg>',
  ),
};
