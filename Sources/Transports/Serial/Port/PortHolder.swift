internal import Glibc

/// Who has a port, as far as the kernel lets this user see it.
enum PortHolder {
    /// The holder of the lock on an open file, or else whoever has the file open.
    static func describe(_ path: String, lockOf file: Int32? = nil) -> String {
        let holder =
            file.flatMap(lockHolder) ?? Files.realPath(path).flatMap { path in FileHolders.others { $0 == path }.first }
        guard let holder else { return "another program, of a user whose processes cannot be seen" }
        guard holder != getpid() else { return "another device of this process" }
        return FileHolders.name(of: holder)
    }

    /// The process that `/proc/locks` names for the file, whose lines are
    /// `1: FLOCK  ADVISORY  WRITE 18873 00:1a:3 0 EOF`: process, device (major, minor) and inode.
    private static func lockHolder(_ file: Int32) -> pid_t? {
        var status = stat()
        guard unsafe fstat(file, &status) == 0 else { return nil }
        let device = status.st_dev
        let major = (device >> 8) & 0xfff | (device >> 32) & ~0xfff
        let minor = device & 0xff | (device >> 12) & ~0xff & 0xffff_ffff
        let lines = (Files.text(of: "/proc/locks") ?? "").split(separator: "\n")
        for line in lines {
            let words = line.split(separator: " ")
            guard words.count > 5, words[1] == "FLOCK", let process = pid_t(words[4]) else { continue }
            let place = words[5].split(separator: ":")
            guard
                place.count == 3, UInt(place[0], radix: 16) == major, UInt(place[1], radix: 16) == minor,
                UInt(place[2]) == status.st_ino
            else { continue }
            return process > 0 ? process : nil
        }
        return nil
    }
}
