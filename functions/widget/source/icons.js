/** Strokes of the icons, on a field of 24 by 24; each by itself, so that a file holds only those that it shows. */

export const CHAT = "M21 12a8 8 0 0 1-8 8H4l1.6-3.2A8 8 0 1 1 21 12Z";
export const CLOSE = "M6 6l12 12M18 6 6 18";
export const SEND = "M12 20V5M5 12l7-7 7 7";
export const STOP = "M7 7h10v10H7z";
export const THUMB_UP = "M7 11v9H4v-9zM7 11l4-8c1.6 0 2.4 1 2 2.6L12.4 9H18a2 2 0 0 1 2 2.4l-1.3 7A2 2 0 0 1 16.7 20H7";
export const THUMB_DOWN = "M7 13V4H4v9zM7 13l4 8c1.6 0 2.4-1 2-2.6L12.4 15H18a2 2 0 0 0 2-2.4l-1.3-7A2 2 0 0 0 16.7 4H7";
export const COPY = "M9 9h11v11H9zM5 15H4V4h11v1";
export const PENCIL = "M4 20l1-5L16 4l4 4L9 19zM13 7l4 4";
export const AGAIN = "M4 12a8 8 0 0 1 14-5.3L20 9M20 4v5h-5M20 12a8 8 0 0 1-14 5.3L4 15M4 20v-5h5";
export const ADD = "M12 5v14M5 12h14";
export const HISTORY = "M4 6h16M4 12h16M4 18h10";
export const PERSON = "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8ZM4 21a8 8 0 0 1 16 0";
export const SEARCH = "M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14ZM16 16l5 5";
export const DOTS = "M5 12h.01M12 12h.01M19 12h.01";
export const DOWNWARDS = "M12 5v14M6 13l6 6 6-6";
