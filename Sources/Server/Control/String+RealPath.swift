internal import Glibc

extension String {
    /// The whole path of the file that this one names, without links; nil if there is none.
    var realPath: String? {
        guard let path = unsafe realpath(self, nil) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
