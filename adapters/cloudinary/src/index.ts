export { type CloudinaryAccount, type CloudinaryImages, cloudinaryImages } from './cloudinary-images.ts';
