import Glibc
import Platform
import Testing

/// Tests of how files are replaced, and of which files are removed.
struct FileTests {
    private let folder: Folder

    init() throws { folder = try Folder() }

    private func path(_ name: String) -> String { "\(folder.path)/\(name)" }

    private func make(_ name: String, _ text: String) throws -> String {
        let file = path(name)
        try ReplacingFile.write(Array(text.utf8), to: file)
        return file
    }

    private func mode(_ path: String) -> mode_t {
        var status = stat()
        _ = unsafe stat(path, &status)
        return status.st_mode & 0o7777
    }

    // MARK: Replacing

    @Test func aFileIsReplacedAndKeepsItsPermissions() throws {
        let file = try make("a", "old")
        unsafe chmod(file, 0o640)
        try ReplacingFile.write(Array("new".utf8), to: file)
        #expect(FileSystem.text(of: file) == "new")
        #expect(mode(file) == 0o640)
        #expect(FileSystem.names(in: folder.path) == ["a"])
    }

    @Test func aFileThatIsNotCompletedLeavesTheOldOne() throws {
        let file = try make("a", "old")
        do {
            let replacing = try ReplacingFile(file)
            #expect(replacing.path != file)
            #expect(FileSystem.names(in: folder.path).count == 2)
        }
        #expect(FileSystem.text(of: file) == "old")
        #expect(FileSystem.names(in: folder.path) == ["a"])
    }

    @Test func aLinkStaysALink() throws {
        let file = try make("a", "old")
        let link = path("link")
        unsafe symlink("a", link)
        try ReplacingFile.write(Array("new".utf8), to: link)
        #expect(FileSystem.target(ofLink: link) == "a")
        #expect(FileSystem.text(of: file) == "new")
    }

    @Test func aDeviceIsWrittenAndNotReplaced() throws {
        try ReplacingFile.write(Array("gone".utf8), to: "/dev/null")
        var status = stat()
        #expect(unsafe stat("/dev/null", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
        let error = #expect(throws: SystemError.self) { try ReplacingFile.write([0], to: "/dev/full") }
        #expect(error?.code == ENOSPC)
    }

    @Test func aFolderThatDoesNotExistIsNamed() {
        let error = #expect(throws: SystemError.self) { try ReplacingFile.write([0], to: "/nowhere/a") }
        #expect(error?.description == "cannot write /nowhere/a: No such file or directory")
    }

    /// Needs root, to mount a small disk.
    @Test(.enabled(if: SmallDisk.isPossible)) func aFullDiskDestroysNothing() throws {
        let disk = try SmallDisk(at: folder.path, bytes: 16384)
        let file = try make("a", "old")
        let error = #expect(throws: SystemError.self) {
            try ReplacingFile.write([UInt8](repeating: 1, count: 100_000), to: file)
        }
        #expect(error?.code == ENOSPC)
        #expect(FileSystem.text(of: file) == "old")
        #expect(FileSystem.names(in: folder.path) == ["a"])
        withExtendedLifetime(disk) {}
    }

    // MARK: Sockets

    private func listen(at path: String) throws -> Int32 {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let address = try #require(UnixAddress(path))
        let status = unsafe address.withSockaddr { unsafe bind(socket, $0, $1) }
        try #require(status == 0 && Glibc.listen(socket, 1) == 0)
        return socket
    }

    @Test func onlyTheSocketOfAProgramThatEndedIsRemoved() throws {
        let socket = path("socket")
        try SocketFile.removeAbandoned(at: socket)
        let listening = try listen(at: socket)
        let inUse = #expect(throws: SystemError.self) { try SocketFile.removeAbandoned(at: socket) }
        #expect(inUse?.code == EADDRINUSE)
        close(listening)
        try SocketFile.removeAbandoned(at: socket)
        #expect(FileSystem.names(in: folder.path).isEmpty)
    }

    @Test func noOtherFileIsRemoved() throws {
        let file = try make("laser-log.txt", "a year of work")
        unsafe symlink("laser-log.txt", path("link"))
        unsafe mkfifo(path("pipe"), 0o600)
        unsafe mkdir(path("folder"), 0o700)
        for name in ["laser-log.txt", "link", "pipe", "folder"] {
            let error = #expect(throws: SystemError.self) { try SocketFile.removeAbandoned(at: path(name)) }
            #expect(error?.description.contains("is not a socket") == true)
        }
        #expect(FileSystem.text(of: file) == "a year of work")
        #expect(FileSystem.names(in: folder.path).count == 4)
    }

    @Test func aDatagramSocketInUseIsNotRemoved() throws {
        let socket = Glibc.socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        defer { close(socket) }
        let address = try #require(UnixAddress(path("datagrams")))
        try #require(unsafe address.withSockaddr { unsafe bind(socket, $0, $1) } == 0)
        #expect(throws: SystemError.self) { try SocketFile.removeAbandoned(at: path("datagrams")) }
    }

    @Test func atTheEndOnlyTheOwnSocketIsRemoved() throws {
        let socket = path("socket")
        let first = try listen(at: socket)
        defer { close(first) }
        let file = try #require(SocketFile(boundAt: socket))
        #expect(file.isThere)
        unsafe unlink(socket)
        #expect(!file.isThere)
        let second = try listen(at: socket)
        defer { close(second) }
        file.remove()
        #expect(UnixAddress(socket)?.isListenedAt == true)
        SocketFile(boundAt: socket)?.remove()
        #expect(FileSystem.names(in: folder.path).isEmpty)
    }

    @Test(arguments: ["", "socket", "@", String(repeating: "/a", count: 60)])
    func addressesThatCannotBeAreRefused(name: String) { #expect(UnixAddress(name) == nil) }
}

/// A file system of a few pages.
final class SmallDisk {
    private let path: String

    static var isPossible: Bool {
        guard geteuid() == 0, let folder = try? Folder() else { return false }
        return (try? SmallDisk(at: folder.path, bytes: 4096)) != nil
    }

    init(at path: String, bytes: Int) throws {
        self.path = path
        guard unsafe mount("tmpfs", path, "tmpfs", 0, "size=\(bytes)") == 0 else { throw SystemError("mount \(path)") }
    }

    deinit { unsafe umount2(path, Int32(MNT_DETACH)) }
}
