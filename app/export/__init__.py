"""Writers of single results: arrays, pictures, videos, point clouds."""
