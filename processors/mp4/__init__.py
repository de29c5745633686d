"""The MP4 file format, over bytes. Pure; garbage in gives `Mp4Error`, never anything else."""
