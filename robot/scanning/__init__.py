"""``postrobot scan``: the detectors on files of every readable type, or on lines."""
