internal import Devices
internal import Pickle
internal import Pyro

/// The records of `docs/frames-wire.md` as a client reads them, and those that it sends.
enum FrameMessage {
    static let (headLength, frameLength, valueLength) = (FrameRecord.headLength, 192, 64)
    static let (longestHeader, longestExtra) = (4096, 1 << 20)
    private static let magic = Array("MFRM".utf8)

    struct Malformed: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = "the server sent " + description }
    }

    /// The first bytes of a record, which give its length.
    struct Head {
        /// Nil for a kind of a later version.
        let kind: FrameRecord.Kind?
        let headerLength, extraLength: Int

        init(_ bytes: ArraySlice<UInt8>) throws(Malformed) {
            guard bytes.count >= headLength, bytes.starts(with: magic), bytes.little(at: 4, 2) == 1 else {
                throw Malformed("something that is not a record of version 1")
            }
            kind = FrameRecord.Kind(rawValue: UInt16(bytes.little(at: 6, 2)))
            (headerLength, extraLength) = (Int(bytes.little(at: 8, 4)), Int(bytes.little(at: 12, 4)))
            guard headerLength >= headLength, headerLength <= longestHeader, extraLength <= longestExtra else {
                throw Malformed("a record of \(headerLength) and \(extraLength) bytes")
            }
        }
    }

    /// Where the pixels of a frame are, and what they are.
    struct Pixels {
        let dtype: DType
        let width, height, rowLength: Int
        /// The bytes of all rows, and those that follow the record on a connection.
        let byteCount, sentCount: Int
        let encoding: UInt8
        let slot: UInt32
        let slotLength, offset: Int

        init(_ header: ArraySlice<UInt8>) throws(Malformed) {
            let code = Array(header.dropFirst(76).prefix(3))
            let order = code.first.map { UnicodeScalar($0) }
            guard order == "<" || order == "|", let kind = DType.Kind(rawValue: code[1]),
                let dtype = DType(kind: kind, size: Int(code[2]) - 0x30)
            else { throw Malformed("pixels of an unknown type") }
            self.dtype = dtype
            (width, height) = (Int(header.little(at: 64, 4)), Int(header.little(at: 68, 4)))
            rowLength = Int(header.little(at: 72, 4))
            byteCount = Int(clamping: header.little(at: 56, 8))
            sentCount = Int(clamping: header.little(at: 128, 8))
            encoding = header.byte(at: 106)
            slot = UInt32(header.little(at: 108, 4))
            (slotLength, offset) = (Int(clamping: header.little(at: 112, 8)), Int(clamping: header.little(at: 120, 8)))
            // Each factor has 32 bits, so the product fits.
            guard rowLength >= width * dtype.size, byteCount == height * rowLength, sentCount <= byteCount else {
                throw Malformed("a frame of \(width) x \(height) pixels in \(byteCount) bytes")
            }
        }

        /// The image in rows without gaps, over memory that has the rows, or a copy of it.
        func image(in rows: Bytes) throws(Malformed) -> NDArray {
            let line = width * dtype.size
            var data = rows
            if rowLength != line {
                let bytes = rows.array
                data = Bytes((0..<height).flatMap { bytes[$0 * rowLength..<$0 * rowLength + line] })
            }
            guard let image = NDArray(dtype, shape: [height, width], data: data) else {
                throw Malformed("\(rows.count) bytes of an image of \(width) x \(height) pixels")
            }
            return image
        }
    }

    // MARK: Writing

    static func plain(_ kind: FrameRecord.Kind, _ value: PythonValue? = nil) -> [UInt8] {
        let extra = value.map(FrameRecord.json) ?? []
        return FrameRecord.begin(kind, extraLength: extra.count) + extra
    }

    /// A record that gives slots back, and says how many more frames are wanted.
    static func give(credit: Int, slots: [UInt32] = []) -> [UInt8] {
        var bytes = FrameRecord.begin(.give, headerLength: 24, extraLength: 4 * slots.count)
        for number in [UInt32(clamping: credit), UInt32(slots.count)] + slots { bytes.append(little: number) }
        return bytes
    }
}

extension FrameFacts {
    /// From the header of a frame, all of whose bytes are there.
    init(frame header: ArraySlice<UInt8>) {
        func known(_ place: Int) -> Double? {
            let value = Double(bitPattern: header.little(at: place, 8))
            return value.isNaN ? nil : value
        }
        func signed(_ place: Int) -> Int { Int(Int32(truncatingIfNeeded: header.little(at: place, 4))) }
        self.init(number: Int(clamping: header.little(at: 16, 8)), lost: Self.losses(header, at: 136))
        (hardwareTime, exposureTime) = (known(32), known(40))
        let index = Int64(bitPattern: header.little(at: 48, 8))
        trigger = index < 0 ? nil : Int(index)
        if signed(80) >= 0 {
            roi = ROI(left: signed(80), top: signed(84), width: signed(88), height: signed(92))
        }
        let (h, v) = (Int(header.little(at: 96, 4)), Int(header.little(at: 100, 4)))
        if h > 0, v > 0 { binning = Binning(h: h, v: v) }
        let bits = header.byte(at: 104)
        transform = Transform(flipsLeftRight: bits & 1 != 0, flipsUpDown: bits & 2 != 0, rotates: bits & 4 != 0)
    }

    /// From the header of a value.
    init(value header: ArraySlice<UInt8>) {
        self.init(number: Int(clamping: header.little(at: 16, 8)), lost: Self.losses(header, at: 32))
    }

    private static func losses(_ header: ArraySlice<UInt8>, at place: Int) -> [String: Int] {
        let counts = zip(places, 0...).map { ($0, Int(header.little(at: place + 4 * $1, 4))) }
        return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
    }
}

extension ArraySlice<UInt8> {
    func byte(at place: Int) -> UInt8 { self[startIndex + place] }

    /// A number of some bytes, all of which are there.
    func little(at place: Int, _ count: Int) -> UInt64 {
        (0..<count).reduce(0) { $0 | UInt64(byte(at: place + $1)) << UInt64(8 * $1) }
    }
}
