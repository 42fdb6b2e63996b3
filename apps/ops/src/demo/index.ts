export { demoSongs, type DemoSong } from './demo-songs.ts';
