internal import Platform

/// The counts of all streams of a definition, in memory that outlives the processes that serve it.
///
/// The supervisor has the memory for as long as it knows the definition, and hands it to each worker. A worker counts there
/// directly, so that a process that is killed has counted everything but what it was doing at that moment.
final class DeliveryBook: Sendable {
    /// The counts of one stream.
    ///
    /// A word with the length of the name, a word for each kind of count, and the name.
    struct Page: Sendable {
        fileprivate let memory: SharedMemory
        fileprivate let start: Int

        fileprivate static let byteCount = 1024
        private static let nameStart = 128
        static let longestName = byteCount - nameStart
        private static let word = MemoryLayout<Int>.size

        /// The name of the stream; nil if the page is not used yet.
        fileprivate var name: String? {
            let length = memory[word: start]
            guard (1...Self.longestName).contains(length) else { return nil }
            let first = start + Self.nameStart
            return String(decoding: memory.bytes(in: first..<first + length), as: UTF8.self)
        }

        fileprivate func begin(_ name: String) {
            memory.write(Array(name.utf8), at: start + Self.nameStart)
            memory[word: start] = name.utf8.count
        }

        var counts: DeliveryCounts {
            DeliveryCounts.Kind.allCases.reduce(into: DeliveryCounts()) { $0[$1] = memory[word: place(of: $1)] }
        }

        func store(_ number: Int, as kind: DeliveryCounts.Kind) { memory[word: place(of: kind)] = number }

        private func place(of kind: DeliveryCounts.Kind) -> Int { start + (1 + kind.rawValue) * Self.word }
    }

    private static let pageCount = 64

    private let memory: SharedMemory
    private let opening = Lock(())

    init() throws(SystemError) { memory = try .make(byteCount: Self.pageCount * Page.byteCount) }

    /// The book of a descriptor that came from the supervisor.
    init(descriptor: Int32) throws(SystemError) { memory = try SharedMemory(descriptor: descriptor) }

    /// The descriptor to hand to a worker.
    var descriptor: Int32 { memory.descriptor }

    private var pages: [Page] {
        (0..<memory.byteCount / Page.byteCount).map { Page(memory: memory, start: $0 * Page.byteCount) }
    }

    /// The page of a stream, begun if there is none; nil if its name is too long, or all pages are in use.
    func page(of name: String) -> Page? {
        guard (1...Page.longestName).contains(name.utf8.count) else { return nil }
        return opening.withLock { _ in
            var free: Page?
            for page in pages {
                guard let other = page.name else {
                    if free == nil { free = page }
                    continue
                }
                if other == name { return page }
            }
            free?.begin(name)
            return free
        }
    }

    /// The counts of a stream, if it was ever served.
    func counts(of name: String) -> DeliveryCounts? { pages.first { $0.name == name }?.counts }

    /// Counts what was on its way as lost, once the process that counted has ended.
    ///
    /// - Returns: the streams that have lost something, and how many data.
    func settle() -> [(name: String, lost: Int)] {
        pages.compactMap { page in
            let counts = page.counts
            guard let name = page.name, counts.waiting > 0 else { return nil }
            page.store(counts[.lostWithProcess] + counts.waiting, as: .lostWithProcess)
            return (name, counts.waiting)
        }
    }
}
