import Foundation
import ImageFiles
import Pickle
import Testing

struct ImageChannelsTests {
    /// The planes, as integers, of the image in a file with these bytes.
    private func planes(_ bytes: [UInt8], name: String = "image", most: Int = 1 << 20) throws -> [[Int]] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())-\(name)").path
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        defer { try? FileManager.default.removeItem(atPath: path) }
        do {
            let image = try ImageChannels(contentsOf: path, atMost: most)
            switch image.planes {
            case .uint8(let planes): return planes.map { $0.map(Int.init) }
            case .uint16(let planes): return planes.map { $0.map(Int.init) }
            }
        } catch {
            // Every error names its file.
            #expect(error.description.hasPrefix("\(path): "))
            throw Problem(text: String(error.description.dropFirst(path.count + 2)))
        }
    }

    private struct Problem: Error { let text: String }

    private func expected(_ page: MadeUpTIFF.Page, _ samples: Range<Int>) -> [[Int]] {
        samples.map { sample in
            (0..<page.height).flatMap { y in (0..<page.width).map { page.value($0, y, sample) } }
        }
    }

    private func problem(_ pages: [MadeUpTIFF.Page], most: Int = 1 << 20) throws -> String {
        let problem = #expect(throws: Problem.self) { try planes(MadeUpTIFF(pages: pages).bytes, most: most) }
        return try #require(problem).text
    }

    @Test(arguments: [8, 16], [false, true])
    func stripsAndTilesInEitherOrderOfBytes(bits: Int, isBigEndian: Bool) throws {
        for samples in [1, 3] {
            for isSeparate in [false, true] {
                for tile in [nil, (16, 16), (16, 32)] {
                    let page = MadeUpTIFF.Page(
                        width: 37,
                        height: 19,
                        bits: bits,
                        samples: samples,
                        photometric: samples == 3 ? 2 : 1,
                        isSeparate: isSeparate,
                        tile: tile,
                        rowsPerStrip: 4,
                        value: { x, y, sample in (x + 37 * y + 703 * sample) % (bits == 8 ? 251 : 65_521) }
                    )
                    let bytes = MadeUpTIFF(isBigEndian: isBigEndian, pages: [page]).bytes
                    #expect(try planes(bytes) == expected(page, 0..<samples))
                }
            }
        }
    }

    @Test func pagesAreChannels() throws {
        let pages = (0..<4).map { number in
            MadeUpTIFF.Page(value: { x, y, _ in x + 10 * y + 40 * number })
        }
        #expect(try planes(MadeUpTIFF(pages: pages).bytes) == pages.flatMap { expected($0, 0..<1) })
    }

    @Test func pagesOfSeveralSamplesAreAllChannels() throws {
        let page = MadeUpTIFF.Page(samples: 2, extraSamples: [0])
        #expect(try planes(MadeUpTIFF(pages: [page, page]).bytes) == expected(page, 0..<2) + expected(page, 0..<2))
    }

    @Test(arguments: [false, true]) func transparencyAndSmallerImagesAreLeftOut(isSeparate: Bool) throws {
        let page = MadeUpTIFF.Page(samples: 4, photometric: 2, isSeparate: isSeparate, extraSamples: [2])
        let small = MadeUpTIFF.Page(width: 2, height: 1, isReduced: true)
        #expect(try planes(MadeUpTIFF(pages: [page, small]).bytes) == expected(page, 0..<3))
    }

    @Test func whiteThatIsZeroIsTurnedRound() throws {
        let page = MadeUpTIFF.Page(photometric: 0)
        let numbers = expected(page, 0..<1)[0].map { 255 - $0 }
        #expect(try planes(MadeUpTIFF(pages: [page]).bytes) == [numbers])
    }

    @Test func whatIsNoSuchImageIsRefused() throws {
        #expect(
            try problem([.init(bits: 32, sampleFormat: 3)])
                == "its pixels are not unsigned numbers of 8 or 16 bits (32 bits, sample format 3)"
        )
        #expect(
            try problem([.init(photometric: 5)])
                == "it is neither grey nor RGB (its photometric interpretation is 5)"
        )
        #expect(
            try problem([.init(), .init(width: 6)]) == "its pages differ: 5 x 3 pixels of 8 bits, and 6 x 3 of 8 bits"
        )
        #expect(try problem([.init(isCutShort: true)]).hasPrefix("Read error"))
    }

    @Test func sizesAreCheckedBeforeThereIsMemory() throws {
        // Files of a few hundred bytes that claim to be huge.
        let huge = MadeUpTIFF.Page(width: 60_000, height: 1, rowsPerStrip: 60_000, isCutShort: true)
        #expect(
            try problem(Array(repeating: huge, count: 20))
                == "its 20 channels of 60000 x 1 pixels take more than 1 MiB"
        )
        let long = MadeUpTIFF.Page(width: 70_000, height: 1, isCutShort: true)
        #expect(try problem([long]) == "its sides of 70000 x 1 pixels are longer than 65536")
        let many = MadeUpTIFF.Page(width: 1, height: 1)
        #expect(try problem(Array(repeating: many, count: 257)) == "it has more than 256 channels")
        let tile = MadeUpTIFF.Page(width: 16, height: 16, tile: (1 << 10, 1 << 11), isCutShort: true)
        #expect(try problem([tile]) == "its strips or tiles are too large")
    }

    @Test func filesThatAreNoImagesAreRefused() throws {
        for bytes in [[], [1, 2, 3], Array("GIF89a and so on".utf8)] as [[UInt8]] {
            let error = #expect(throws: Problem.self) { try planes(bytes) }
            #expect(error?.text == "it is neither a TIFF nor a PNG file")
        }
        let error = #expect(throws: ImageFileError.self) { try ImageChannels(contentsOf: "/nowhere/cells.tif") }
        #expect(error?.description == "/nowhere/cells.tif: No such file or directory")
        let folder = #expect(throws: ImageFileError.self) { try ImageChannels(contentsOf: "/usr") }
        #expect(folder?.description == "/usr: Is a directory")
    }

    /// However a file is damaged, the outcome is an image or an error that names the file.
    @Test func damagedFilesEndNothing() throws {
        let page = MadeUpTIFF.Page(width: 20, height: 20, bits: 16, samples: 3, photometric: 2, tile: (16, 16))
        var random = SeededGenerator(state: 1)
        for whole in [MadeUpTIFF(pages: [page, page]).bytes, try png(NDArray.image(8, width: 20, height: 20))] {
            for _ in 0..<50 {
                var bytes = whole
                for _ in 0..<3 {
                    bytes[.random(in: 4..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
                }
                _ = try? planes(bytes)
                _ = try? planes(Array(bytes.prefix(.random(in: 0..<bytes.count, using: &random))))
            }
        }
    }

    private func png(_ array: NDArray) throws -> [UInt8] { try written(array, as: .png) }

    private func written(_ array: NDArray, as format: ImageFile.Format) throws -> [UInt8] {
        let path = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
        defer { try? FileManager.default.removeItem(atPath: path) }
        try ImageFile(array).write(to: path, as: format)
        return Array(try Data(contentsOf: URL(fileURLWithPath: path)))
    }

    @Test(arguments: [8, 16]) func whatIsWrittenIsRead(bits: Int) throws {
        let array = NDArray.image(bits, width: 33, height: 21)
        let scale = bits == 8 ? 1 : 257
        let numbers: [Int] = (0..<33 * 21).map { ($0 % 251) * scale }
        for format in [ImageFile.Format.tiff, .png] {
            // The name does not determine the format.
            let planes = try planes(written(array, as: format), name: "image.dat")
            #expect(planes == [numbers])
        }
    }

    /// Needs root, to mount a small disk.
    @Test(.enabled(if: geteuid() == 0), arguments: [ImageFile.Format.tiff, .png])
    func aFullDiskDestroysNoImage(format: ImageFile.Format) throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID())").path
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        // A container may forbid mounting.
        guard unsafe mount("tmpfs", folder, "tmpfs", 0, "size=32768") == 0 else { return }
        defer { unsafe umount2(folder, Int32(MNT_DETACH)) }
        let path = "\(folder)/cells.image"
        let small = NDArray.image(8, width: 33, height: 21)
        try ImageFile(small).write(to: path, as: format)
        let old = try Data(contentsOf: URL(fileURLWithPath: path))
        let error = #expect(throws: ImageFileError.self) {
            try ImageFile(NDArray.noise(side: 512)).write(to: path, as: format)
        }
        #expect(error?.description.hasPrefix("\(path): ") == true)
        #expect(try Data(contentsOf: URL(fileURLWithPath: path)) == old)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["cells.image"])
    }

    @Test func cutPNGIsRefused() throws {
        let bytes = try png(NDArray.image(8, width: 33, height: 21))
        #expect(throws: Problem.self) { try planes(Array(bytes.dropLast(40))) }
        let error = #expect(throws: Problem.self) { try planes(bytes, most: 33 * 20) }
        #expect(error?.text == "its 1 channels of 33 x 21 pixels take more than 0 MiB")
    }
}

extension NDArray {
    /// An image that no format compresses.
    fileprivate static func noise(side: Int) -> NDArray {
        var random = SeededGenerator(state: 2)
        let bytes = (0..<side * side).map { _ in UInt8.random(in: 0...255, using: &random) }
        return NDArray(.uint8, shape: [side, side], data: Bytes(bytes))!
    }

    fileprivate static func image(_ bits: Int, width: Int, height: Int) -> NDArray {
        let bytes = (0..<width * height).flatMap { [UInt8](repeating: UInt8($0 % 251), count: bits / 8) }
        return NDArray(bits == 8 ? .uint8 : .uint16, shape: [height, width], data: Bytes(bytes))!
    }
}

/// A generator of the same numbers in each run (SplitMix64), so that a failure can be repeated.
private struct SeededGenerator: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
