import Pickle
import Testing

struct NDArrayOrderTests {
    /// What `_frombuffer(bytes, dtype, shape, "K", axes)` is.
    private func array(_ code: String, _ data: [UInt8], shape: [UInt8], axes: [UInt8]) throws -> PythonValue {
        let tuple = { (items: [UInt8]) -> [PickleStep] in [.code(0x28)] + items.map { .byte($0) } + [.code(0x74)] }
        let steps: [PickleStep] =
            [
                .proto(5), .global("numpy._core.numeric", "_frombuffer"), .code(0x28), .bytes(data),
                .global("numpy", "dtype"), .text(code), .code(0x85), .code(0x52),
            ] + tuple(shape) + [.text("K")] + tuple(axes) + [.code(0x74), .code(0x52), .stop]
        return try PickleReader.read(PickleStep.pickle(steps))
    }

    @Test func transposedArraysComeInRowMajorOrder() throws {
        let read = try array("<u2", [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], shape: [1, 2, 3], axes: [2, 0, 1])
        let expected = NDArray(.uint16, shape: [3, 1, 2], data: [0, 1, 6, 7, 2, 3, 8, 9, 4, 5, 10, 11])
        #expect(read == .array(try #require(expected)))
    }

    @Test func bigEndianArraysAreTransposedAsWell() throws {
        let read = try array(">u2", [1, 0, 3, 2, 5, 4, 7, 6], shape: [2, 2], axes: [1, 0])
        #expect(read == .array(try #require(NDArray(.uint16, shape: [2, 2], data: [0, 1, 4, 5, 2, 3, 6, 7]))))
    }

    @Test func emptyArraysAndPointsAreTransposed() throws {
        #expect(
            try array("|u1", [], shape: [0, 3], axes: [1, 0])
                == .array(try #require(NDArray(.uint8, shape: [3, 0], data: [])))
        )
        #expect(
            try array("|u1", [9], shape: [], axes: []) == .array(try #require(NDArray(.uint8, shape: [], data: [9])))
        )
    }

    @Test(arguments: [[0], [0, 0], [0, 2], [0, 1, 2]] as [[UInt8]])
    func axesMustBeAPermutation(_ axes: [UInt8]) {
        #expect(throws: PickleError.malformed("axes of an array")) {
            try array("|u1", [1, 2, 3, 4], shape: [2, 2], axes: axes)
        }
    }
}
