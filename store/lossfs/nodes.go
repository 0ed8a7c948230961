package lossfs

import (
	"context"
	"syscall"
	"time"

	"github.com/hanwen/go-fuse/v2/fs"
	"github.com/hanwen/go-fuse/v2/fuse"
)

// dirNode and fileNode hang the model into the kernel's tree. Reads go through
// the page cache, so that files can be mapped.
type dirNode struct {
	fs.Inode
	disk *disk
	dir  *dir
}

type fileNode struct {
	fs.Inode
	disk *disk
	file *file
}

var (
	_ fs.NodeCreater   = (*dirNode)(nil)
	_ fs.NodeMkdirer   = (*dirNode)(nil)
	_ fs.NodeUnlinker  = (*dirNode)(nil)
	_ fs.NodeRmdirer   = (*dirNode)(nil)
	_ fs.NodeRenamer   = (*dirNode)(nil)
	_ fs.NodeFsyncer   = (*dirNode)(nil)
	_ fs.NodeOnAdder   = (*dirNode)(nil)
	_ fs.NodeStatfser  = (*dirNode)(nil)
	_ fs.NodeOpener    = (*fileNode)(nil)
	_ fs.NodeGetattrer = (*fileNode)(nil)
	_ fs.NodeSetattrer = (*fileNode)(nil)
	_ fs.NodeReader    = (*fileNode)(nil)
	_ fs.NodeWriter    = (*fileNode)(nil)
	_ fs.NodeFsyncer   = (*fileNode)(nil)
)

func mount(point string, d *disk) (*fuse.Server, error) {
	forever := time.Hour // nothing changes behind the kernel's back
	return fs.Mount(point, &dirNode{disk: d, dir: d.root}, &fs.Options{
		AttrTimeout:  &forever,
		EntryTimeout: &forever,
		MountOptions: fuse.MountOptions{FsName: "lossfs", Name: "lossfs", DirectMountStrict: true, MaxWrite: 128 << 10},
	})
}

// OnAdd shows the kernel what the disk was seeded with.
func (n *dirNode) OnAdd(ctx context.Context) {
	for name, child := range n.dir.cur {
		n.AddChild(name, n.node(ctx, child), true)
	}
}

func (n *dirNode) node(ctx context.Context, child any) *fs.Inode {
	if v, ok := child.(*dir); ok {
		return n.NewPersistentInode(ctx, &dirNode{disk: n.disk, dir: v}, fs.StableAttr{Mode: fuse.S_IFDIR})
	}
	return n.NewPersistentInode(ctx, &fileNode{disk: n.disk, file: child.(*file)}, fs.StableAttr{Mode: fuse.S_IFREG})
}

// link enters child under name, if the power is still on.
func (n *dirNode) link(name string, child any) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if e := n.disk.change(); e != 0 {
		return e
	}
	n.dir.cur[name] = child
	return 0
}

func (n *dirNode) Create(ctx context.Context, name string, _, _ uint32, out *fuse.EntryOut) (*fs.Inode, fs.FileHandle, uint32, syscall.Errno) {
	f := newFile()
	if e := n.link(name, f); e != 0 {
		return nil, nil, 0, e
	}
	out.Mode = fuse.S_IFREG | 0o600
	return n.node(ctx, f), nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *dirNode) Mkdir(ctx context.Context, name string, _ uint32, out *fuse.EntryOut) (*fs.Inode, syscall.Errno) {
	v := newDir()
	if e := n.link(name, v); e != 0 {
		return nil, e
	}
	out.Mode = fuse.S_IFDIR | 0o700
	return n.node(ctx, v), 0
}

func (n *dirNode) Unlink(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if e := n.disk.change(); e != 0 {
		return e
	}
	if f, ok := n.dir.cur[name].(*file); ok {
		n.disk.used -= int64(len(f.cur)) * blockSize
	}
	delete(n.dir.cur, name)
	return 0
}

func (n *dirNode) Rmdir(_ context.Context, name string) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if v, ok := n.dir.cur[name].(*dir); ok && len(v.cur) > 0 {
		return syscall.ENOTEMPTY
	}
	if e := n.disk.change(); e != 0 {
		return e
	}
	delete(n.dir.cur, name)
	return 0
}

func (n *dirNode) Rename(_ context.Context, name string, parent fs.InodeEmbedder, newName string, flags uint32) syscall.Errno {
	to, ok := parent.(*dirNode)
	if !ok || flags != 0 {
		return syscall.EINVAL
	}
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	if e := n.disk.change(); e != 0 {
		return e
	}
	if old, ok := to.dir.cur[newName].(*file); ok {
		n.disk.used -= int64(len(old.cur)) * blockSize
	}
	to.dir.cur[newName] = n.dir.cur[name]
	delete(n.dir.cur, name)
	return 0
}

func (n *dirNode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return n.disk.syncDir(n.dir)
}

func (n *dirNode) Statfs(_ context.Context, out *fuse.StatfsOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	total := n.disk.capacity
	if total == 0 {
		total = n.disk.used + 1<<30
	}
	out.Bsize, out.Frsize = blockSize, blockSize
	out.Blocks = uint64(total / blockSize)
	out.Bfree = uint64(max(0, total-n.disk.used) / blockSize)
	out.Bavail = out.Bfree
	return 0
}

func (n *fileNode) Open(context.Context, uint32) (fs.FileHandle, uint32, syscall.Errno) {
	return nil, fuse.FOPEN_KEEP_CACHE, 0
}

func (n *fileNode) Getattr(_ context.Context, _ fs.FileHandle, out *fuse.AttrOut) syscall.Errno {
	n.disk.mu.Lock()
	defer n.disk.mu.Unlock()
	out.Mode = fuse.S_IFREG | 0o600
	out.Size = uint64(n.file.curSize)
	out.Blocks = uint64(len(n.file.cur)) * blockSize / 512
	return 0
}

func (n *fileNode) Setattr(ctx context.Context, h fs.FileHandle, in *fuse.SetAttrIn, out *fuse.AttrOut) syscall.Errno {
	if size, ok := in.GetSize(); ok {
		if e := n.disk.truncate(n.file, int64(size)); e != 0 {
			return e
		}
	}
	return n.Getattr(ctx, h, out)
}

func (n *fileNode) Read(_ context.Context, _ fs.FileHandle, dest []byte, off int64) (fuse.ReadResult, syscall.Errno) {
	return fuse.ReadResultData(dest[:n.disk.read(n.file, dest, off)]), 0
}

func (n *fileNode) Write(_ context.Context, _ fs.FileHandle, data []byte, off int64) (uint32, syscall.Errno) {
	if e := n.disk.write(n.file, data, off); e != 0 {
		return 0, e
	}
	return uint32(len(data)), 0
}

func (n *fileNode) Fsync(context.Context, fs.FileHandle, uint32) syscall.Errno {
	return n.disk.syncFile(n.file)
}
