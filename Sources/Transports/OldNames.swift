internal import Platform

// Only until their users say the new names.

public typealias ByteStream = SerialStream
public typealias ReplayedByteStream = ReplayedSerialStream
public typealias RecordingByteStream = RecordingSerialStream

package enum Files {
    package static func names(in folder: String) -> [String] { FileSystem.names(in: folder) }
    package static func realPath(_ path: String) -> String? { FileSystem.realPath(path) }
    package static func target(ofLink path: String) -> String? { FileSystem.target(ofLink: path) }
    package static func text(of path: String, limit: Int = 65536) -> String? { FileSystem.text(of: path, limit: limit) }
}
