/**
 * Faces of documents, with Latin and Chinese letters in one file, whole: a name with a rare character must not become an
 * empty box. `path` is where the console's build puts the file, `source` what it copies. Open Font License 1.1.
 */
export const FONTS = {
  normal: {
    path: "/fonts/NotoSansSC-Regular.ttf",
    source: "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf",
  },
  bold: {
    path: "/fonts/NotoSansSC-Bold.ttf",
    source: "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf",
  },
} as const;

export type FontFace = keyof typeof FONTS;
