"""A made-up province as a folder of CSV files."""

from pathlib import Path

_UNITS = """\
code,name,short_name,level,parent,valid_from,valid_to,successor,aliases
H99,Tỉnh Mẫu,Mẫu,province,,,,,
H99.01,Sở Thử Nghiệm,Sở TN,department,H99,,,,Sở Thử nghiệm tỉnh
H99.02,Sở Ví Dụ và Minh Họa,Sở VD&MH,department,H99,,,,
H99.03,Sở Giả Định,Sở GĐ,department,H99,,,,
H99.31,Huyện Đầu,Huyện Đầu,district,H99,,,,UBND huyện Đầu
H99.32,Huyện Cuối,Huyện Cuối,district,H99,,,,
"""
_PROCEDURES = """\
code,name,field,statutory_days,online_level,has_fee
1.990001,Thủ tục một ngày,Mẫu,1,toàn trình,false
1.990002,Thủ tục ba ngày,Mẫu,3,một phần,true
1.990003,Thủ tục năm ngày,Mẫu,5,,
1.990004,Thủ tục mười lăm ngày,Mẫu,15,,
1.990005,Thủ tục không hạn,Mẫu,,,
"""
_PUBLISHED = """\
period,as_of,unit,indicator,value,scale,document
2024-07,,H99.01,2.1,"55,5%",percent,mẫu
2024-07,,H99.02,2.1,"60%",percent,mẫu
2024-07,,H99.03,2.1,"70%",percent,mẫu
2024-07,,H99.31,TDGQ_pct,"62,25%",percent,mẫu
2024-07,,H99.32,TDGQ_pct,"75%",percent,mẫu
"""


def write_province(folder: Path) -> Path:
    """Six units with many late dossiers, so that a small world holds every cause."""
    folder.mkdir(parents=True)
    for name, text in (
        ("units.csv", _UNITS),
        ("procedures.csv", _PROCEDURES),
        ("published.csv", _PUBLISHED),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder


# Two provinces made one, departments merged, districts gone: what 2025 did, in small.
_MERGED_UNITS = """\
code,name,short_name,level,parent,valid_from,valid_to,successor,aliases
H98,Tỉnh Gộp,Tỉnh Gộp,province,,,,,
H98.01,Sở Kế hoạch và Đầu tư,Sở KH&ĐT,department,H98,,2025-02-28,H98.11,
H98.02,Sở Tài nguyên và Môi trường,Sở TN&MT,department,H98,,2025-02-28,H98.12,
H98.03,Sở Nông nghiệp và Phát triển nông thôn,Sở NN&PTNT,department,H98,,2025-02-28,H98.12,
H98.11,Sở Tài chính,Sở Tài chính,department,H98,,,,
H98.12,Sở Nông nghiệp và Môi trường,Sở NN&MT,department,H98,2025-03-01,,,
H98.31,Huyện Đầu,Huyện Đầu,district,H98,,2025-06-30,,
H98.32,Huyện Cuối,Huyện Cuối,district,H98,,2025-06-30,H98.71,
H98.71,Xã Cuối,Xã Cuối,commune,H98,2025-07-01,,,
H98.72,Phường Đầu,Phường Đầu,commune,H98,2025-07-01,,,
H97,Tỉnh Bên,Tỉnh Bên,province,,,2025-06-30,H98,
H97.11,Sở Tài chính,Sở Tài chính,department,H97,,2025-06-30,H98.11,
"""
_MERGED_VOLUMES = """\
unit,dossiers
H98.11,90
H98.12,90
H98.71,60
H98.72,60
"""
_MERGED_PUBLISHED = """\
period,as_of,unit,indicator,value,scale,document
2025-07,,H98.11,2.1,"60%",percent,mẫu
2025-07,,H98.12,2.1,"65%",percent,mẫu
2025-07,,H98.71,2.1,"70%",percent,mẫu
2025-07,,H98.72,2.1,"75%",percent,mẫu
"""


def write_merged_province(folder: Path) -> Path:
    """A province after the mergers of 2025, its predecessors and those of its neighbour listed."""
    folder.mkdir(parents=True)
    for name, text in (
        ("units.csv", _MERGED_UNITS),
        ("procedures.csv", _PROCEDURES),
        ("published.csv", _MERGED_PUBLISHED),
        ("volumes.csv", _MERGED_VOLUMES),
    ):
        (folder / name).write_text(text, encoding="utf-8")
    return folder
