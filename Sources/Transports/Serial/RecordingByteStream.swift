/// Passes everything on to a port, and writes it down.
///
/// That nothing has come in time is not written down: it is what lies between two lines.
public final class RecordingByteStream: ByteStream {
    private let stream: any ByteStream
    private let recorder: Recorder

    public init(_ stream: any ByteStream, _ recorder: Recorder) {
        self.stream = stream
        self.recorder = recorder
    }

    public var isLost: Bool { stream.isLost }

    public func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        do throws(SerialError) {
            try stream.write(bytes, until: deadline)
            recorder.note(.out, "", bytes)
        } catch {
            recorder.note(.out, "", bytes, error: "\(error)")
            throw error
        }
    }

    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        do throws(SerialError) {
            let bytes = try stream.read(until: deadline)
            if !bytes.isEmpty { recorder.note(.in, "", bytes) }
            return bytes
        } catch {
            recorder.note(.in, "", [], error: "\(error)")
            throw error
        }
    }

    public func discardInput() throws(SerialError) { try stream.discardInput() }

    public func close() { stream.close() }
}
